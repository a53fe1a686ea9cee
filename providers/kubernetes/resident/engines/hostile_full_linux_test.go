//go:build e2e

package engines_test

import "testing"

// What hostile clients do at most takes longer than tests that are run again and again may.

func TestTenThousandConnections(t *testing.T) { manyConnections(t, 10_000) }

func TestBodiesOfAGigabyte(t *testing.T) { largeBodies(t, 1<<30) }

func TestManySlowClients(t *testing.T) { slowClients(t, 3_000) }
