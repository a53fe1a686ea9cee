//go:build !race

package faultproxy

const raceDetector = false
