/** A count by key and window of one second: each key has a pane in each window, and a count trigger that never fires makes them windows in general. */
