"""Where the tables lie: a contract, the SQL made ready for an engine, and one adapter an engine."""
