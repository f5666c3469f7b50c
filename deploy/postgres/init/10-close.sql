-- Runs once, on the first start of an empty volume. Roles and schemas are made by `onegrid migrate`.
revoke connect on database postgres from public;
revoke connect on database template1 from public;
revoke all on schema public from public;
