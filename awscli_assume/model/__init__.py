"""Values of the AssumeRole story: pure, no input or output, no clock, no CLI session."""
