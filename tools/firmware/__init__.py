"""Firmware that runs a model on a board and speaks the protocol of MLPerf Tiny."""
