-- What this session does not leave to the account's or the user's parameters, as every session of the
-- pipeline does.
alter session set
:session_parameters;
