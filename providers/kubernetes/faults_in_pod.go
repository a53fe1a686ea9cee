package kubernetes

// inPodFaults act inside pods, by gameday's agent.
func inPodFaults() []behavior {
	return []behavior{
		networkDelay(), networkLoss(), networkCorrupt(), networkDuplicate(), networkBandwidth(), networkPartition(),
		tcpReset(), httpDelay(), httpAbort(), httpStatus(), httpBody(), grpcStatus(),
		dnsError(), dnsSpoof(),
		cpuStress(), memoryStress(), diskFill(),
		processPause(), processKill(),
	}
}
