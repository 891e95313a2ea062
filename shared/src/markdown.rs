//! Messages as a tree: one parser for list, composer preview and search.
