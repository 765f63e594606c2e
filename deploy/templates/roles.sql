-- Once, as superuser on the primary. Settings belong to the role: a pooler keeps none of a session.
CREATE ROLE tonerloop_owner LOGIN PASSWORD '$owner';
CREATE ROLE tonerloop_app LOGIN PASSWORD '$app';
CREATE DATABASE tonerloop OWNER tonerloop_owner;
ALTER ROLE tonerloop_app SET timezone = 'UTC';
ALTER ROLE tonerloop_app SET statement_timeout = '60s';
ALTER ROLE tonerloop_app SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE tonerloop_app SET lock_timeout = '10s';
