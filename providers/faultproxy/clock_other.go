//go:build !linux

package faultproxy

func newClock() clock { return timers{} }
