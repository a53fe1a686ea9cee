package worker

// Name is the first argument of every worker, and the name of the binary that is
// made to be one: by it the processes of gameday are told from all others.
const Name = "gameday-agent"

// MarkFault is the variable in a worker's environment that holds the id of its
// fault, by which it can be found in /proc.
const MarkFault = "GAMEDAY_FAULT"
