"""Work in other processes, here and on other hosts: workers of one run, and the trial of devices."""
