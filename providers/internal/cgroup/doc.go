// Package cgroup reads what a control group may use and has used, from the files of
// version 1 and 2 (Documentation/admin-guide/cgroup-v1/memory.rst and
// cgroup-v2.rst of Linux). It only reads.
package cgroup
