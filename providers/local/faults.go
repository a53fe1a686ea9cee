package local

import "github.com/gameday-dev/gameday/providers"

// faultTypes are all faults of this provider.
func faultTypes() []providers.Fault {
	return []providers.Fault{
		fault{processKill{}},
		fault{processPause{}},
		fault{processRestart{}},
		fault{networkDelay()},
		fault{networkBandwidth()},
		fault{networkPartition()},
		fault{tcpReset()},
		fault{httpDelay()},
		fault{httpStatus()},
		fault{httpAbort()},
		fault{cpuStress{}},
		fault{memoryStress{}},
		fault{diskFill{}},
	}
}
