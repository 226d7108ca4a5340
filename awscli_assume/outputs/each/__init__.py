"""What ``aws assume each`` prints and stores: lines, JSON, one array, a report, a results file."""
