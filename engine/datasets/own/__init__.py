"""The user's own data: which sets they brought, from where, and how each is read."""
