"""What works in the background for a screen: threads that tell it by messages."""
