"""What tests of several rooms share: the hosts, a scripted STS, a person at a shell."""
