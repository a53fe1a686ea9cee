package main

// trial is a comparison of ways: direct, gameday's and Toxiproxy's.
type trial struct {
	title     string
	flags     string // that repeat it
	about     string
	ways      []string // by name, in the order of the report
	ours      []string // those among them that are gameday's
	workloads []workload
	start     func(settings) (ways []way, stop func(), err error)
}

// proxyTrial is the proxy that clients are told to use.
func proxyTrial() trial {
	return trial{
		title: "Fault proxy against Toxiproxy",
		about: "Client, server and each proxy are processes of their own. The three ways take turns;\n" +
			"each figure is the median of its rounds, each ratio the median of the ratios within a round.",
		ways: []string{"direct", "gameday", "toxiproxy"}, ours: []string{"gameday"},
		workloads: append(steady(), delayed()), start: startAll,
	}
}

// redirectTrial is the agent in a pod, whose faults meet nothing of the traffic.
func redirectTrial() trial {
	const byRequests, byConnections = "gameday, http_status", "gameday, tcp_reset"
	return trial{
		title: "Idle redirect of the agent in a pod against Toxiproxy", flags: "-redirect ",
		about: "Each way has a network namespace of its own that stands for a pod, with the server in it; the\n" +
			"clients reach it by a virtual Ethernet device. With gameday that is all they know: the agent has\n" +
			"been asked for a fault that meets none of the traffic (a status for a path that nobody asks for; a\n" +
			"reset of one connection in 10¹⁵), so nftables gives every connection to it, and it follows the\n" +
			"requests on it, or only the connection. Toxiproxy is at a port of its own in its pod, as it knows no redirect, and has\n" +
			"no toxic. The ways take turns; each figure is the\n" +
			"median of its rounds, each ratio the median of the ratios within a round.",
		ways: []string{"direct", byRequests, byConnections, "toxiproxy"}, ours: []string{byRequests, byConnections},
		workloads: steady(), start: startPods,
	}
}
