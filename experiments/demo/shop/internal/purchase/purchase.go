// Package purchase is what the three services say to each other.
package purchase

// Order is what storefront asks of checkout, and checkout of payments.
type Order struct {
	ID    string `json:"id"` // made by the storefront; a charge is made once per ID
	Item  string `json:"item"`
	Cents int64  `json:"cents"`
}

// Receipt answers an order.
type Receipt struct {
	ID      string  `json:"id"`
	Payment Payment `json:"payment"`
}

// Payment says what has become of the money.
type Payment string

const (
	// Paid means that the card was charged.
	Paid Payment = "paid"
	// Pending means that the order is accepted and will be charged later.
	Pending Payment = "pending"
)
