"""Where values live: tables of rows, buffers, state, inputs that come by rows."""
