-- What this session does not leave to the parameters of the account or the user; sessions of the
-- pipeline log in with the same.
:session_parameters;
