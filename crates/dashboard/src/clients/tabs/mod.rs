pub(crate) mod quickstart;
