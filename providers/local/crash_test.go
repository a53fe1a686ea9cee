package local_test

func runnerMain([]string) int { return 0 }
