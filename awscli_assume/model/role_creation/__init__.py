"""The role that ``create-role`` creates: values and rules."""
