package chaosmesh

// examples has a body for every fault type, with each of its attributes at least once.
func examples() map[string]string {
	const pods = `
target {
  namespace = "NAMESPACE"
  labels    = { app = "web" }
}`
	const shows = `
evidence {
  command = ["/meter", "clock", "http://127.0.0.1:8080/", "60"]
}`
	const rest = pods + shows
	const to = `
to {
  namespace = "NAMESPACE"
  labels    = { app = "peer" }
}`
	return map[string]string{
		"chaosmesh_pod_kill":          `grace_period = "2s"` + pods,
		"chaosmesh_pod_failure":       pods,
		"chaosmesh_container_kill":    `container = "web"` + pods,
		"chaosmesh_network_delay":     "latency = \"100ms\"\njitter = \"10ms\"\ncorrelation = 25\nreorder_percent = 5\ngap = 3\ndirection = \"both\"" + to + rest,
		"chaosmesh_network_loss":      "percent = 12.5\ncorrelation = 50\ndevice = \"eth0\"" + rest,
		"chaosmesh_network_corrupt":   "percent = 1" + rest,
		"chaosmesh_network_duplicate": "percent = 2\nto {\n  cidrs = [\"192.0.2.0/24\"]\n  hosts = [\"example.com\"]\n}" + rest,
		"chaosmesh_network_bandwidth": "rate = \"1.5mbit\"\nlimit = \"100KiB\"\nbuffer = \"10kB\"" + rest,
		"chaosmesh_network_partition": "direction = \"ingress\"" + to + rest,
		"chaosmesh_cpu_stress":        "workers = 2\nload = 80" + rest,
		"chaosmesh_memory_stress":     "size = \"64Mi\"" + rest,
		"chaosmesh_io_delay":          "latency = \"250ms\"\nvolume_path = \"/data\"\npath = \"/data/**\"\nmethods = [\"read\", \"write\"]\npercent = 50" + rest,
		"chaosmesh_io_error":          "errno = \"ENOSPC\"\nvolume_path = \"/data\"" + rest,
		"chaosmesh_io_mistake":        "filling = \"random\"\nmax_occurrences = 2\nmax_length = 16\nvolume_path = \"/data\"" + rest,
		"chaosmesh_time_skew":         "offset = \"10m\"\nclock_ids = [\"CLOCK_REALTIME\", \"CLOCK_REALTIME_COARSE\"]\ncontainer = \"web\"" + rest,
		"chaosmesh_http_delay":        "latency = \"300ms\"\nport = 8080\npath = \"/api/*\"\nmethod = \"POST\"\nrequest_headers = { \"x-user\" = \"test\" }" + rest,
		"chaosmesh_http_abort":        "port = 8080" + rest,
		"chaosmesh_http_status":       "port = 8080\nstatus = 503" + rest,
		"chaosmesh_http_body":         "port = 8080\nbody = \"no\\n\"\nresponse_headers = { \"content-type\" = \"text/plain\" }" + rest,
		"chaosmesh_dns_error":         "patterns = [\"example.com\", \"api.*\"]" + rest,
		"chaosmesh_dns_spoof":         rest,
		"chaosmesh_kernel_fault":      "fails = \"slab\"\nheaders = [\"linux/fs.h\"]\npercent = 10\ntimes = 3\nframe {\n  function = \"ext4_mount\"\n}\nframe {\n  function = \"mount_subtree\"\n  parameters = \"struct vfsmount *m\"\n  predicate = \"m != 0\"\n}" + rest,
		"chaosmesh_jvm_latency":       "class = \"com.example.Checkout\"\nmethod = \"pay\"\nlatency = \"500ms\"" + rest,
		"chaosmesh_jvm_exception":     "class = \"com.example.Checkout\"\nmethod = \"pay\"\nexception = \"java.io.IOException(\\\"broken\\\")\"" + rest,
		"chaosmesh_jvm_return":        "class = \"com.example.Checkout\"\nmethod = \"pay\"\nvalue = \"0\"" + rest,
		"chaosmesh_jvm_gc":            "port = 9999" + rest,
		"chaosmesh_jvm_stress":        "memory = \"heap\"" + rest,
	}
}
