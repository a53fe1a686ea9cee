package storefront

import (
	"fmt"
	"net/http"
	"strings"
)

type item struct {
	Name  string
	Cents int64
}

func catalogue() []item {
	return []item{{"teapot", 2900}, {"kettle", 4500}, {"tray", 1250}}
}

// find is the item of that name, or the first for no name at all.
func find(name string) (item, bool) {
	for _, it := range catalogue() {
		if name == "" || it.Name == name {
			return it, true
		}
	}
	return item{}, false
}

func writeHome(w http.ResponseWriter) {
	var page strings.Builder
	page.WriteString("<!doctype html><title>Shop</title><h1>Shop</h1><ul>\n")
	for _, it := range catalogue() {
		fmt.Fprintf(&page, "<li>%s, %d.%02d <form method=post action=\"/buy?item=%s\"><button>Buy</button></form>\n",
			it.Name, it.Cents/100, it.Cents%100, it.Name)
	}
	page.WriteString("</ul>\n")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// A customer who left does not read the error.
	_, _ = w.Write([]byte(page.String()))
}
