package worker

// MarkFault is the variable in a worker's environment that holds the id of its
// fault, by which it can be found in /proc.
const MarkFault = "GAMEDAY_FAULT"
