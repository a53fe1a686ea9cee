package probing

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// TLSBlock describes the tls block.
func TLSBlock() schema.NestedBlock {
	text := schema.Type{Kind: schema.String}
	return schema.NestedBlock{Name: "tls", Block: &schema.Block{
		Description: "How the server is trusted, and how the probe identifies itself. Relative paths start at the configuration's directory.",
		Attributes: []schema.Attribute{
			{
				Name: "ca_file", Type: text, Example: `"certs/ca.pem"`,
				Description: "PEM file with the authorities to trust, instead of those of the system.",
			},
			{
				Name: "cert_file", Type: text, Example: `"certs/client.pem"`,
				Description: "PEM file with the client's certificate, for servers that ask for one. Needs key_file.",
			},
			{
				Name: "key_file", Type: text, Example: `"certs/client-key.pem"`,
				Description: "PEM file with the key of cert_file.",
			},
			{
				Name: "server_name", Type: text, Example: `"shop.example"`,
				Description: "The name that the certificate must be for, also sent to the server (SNI). By default the host that is connected to.",
			},
			{
				Name: "insecure_skip_verify", Type: schema.Type{Kind: schema.Bool}, Default: cty.False, Example: "true",
				Description: "Whether to accept any certificate. For test set-ups only: the answer may then come from anyone.",
			},
		},
	}}
}

// ValidateTLS checks what needs no file.
func ValidateTLS(v schema.Values) providers.Diagnostics {
	block := v.Block("tls")
	if !v.Has("tls") || !block.WhollyKnown() || block.Known("cert_file") == block.Known("key_file") {
		return nil
	}
	missing, given := "key_file", "cert_file"
	if block.Known("key_file") {
		missing, given = given, missing
	}
	return providers.Errorf(cty.GetAttrPath("tls").GetAttr(given), "Incomplete client certificate",
		"%s is set and %s is not. A client certificate needs both.", given, missing)
}

// TLSConfig makes the configuration that the tls block asks for; without the
// block it is the default. It reads the files: an error names the one that could
// not be used.
func TLSConfig(v schema.Values, dir string) (*tls.Config, providers.Diagnostics) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if !v.Has("tls") {
		return config, nil
	}
	block, at := v.Block("tls"), cty.GetAttrPath("tls")
	config.ServerName = block.String("server_name")
	config.InsecureSkipVerify = block.Bool("insecure_skip_verify")
	diags := ValidateTLS(v)
	if block.Known("ca_file") {
		pool, problems := readPool(Path(dir, block.String("ca_file")), at.GetAttr("ca_file"))
		config.RootCAs, diags = pool, append(diags, problems...)
	}
	if block.Known("cert_file") && block.Known("key_file") {
		certificate, err := tls.LoadX509KeyPair(Path(dir, block.String("cert_file")), Path(dir, block.String("key_file")))
		if err != nil {
			diags = append(diags, providers.Errorf(at.GetAttr("cert_file"), "Unusable client certificate", "%s.", err)...)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, diags
}

func readPool(file string, path cty.Path) (*x509.CertPool, providers.Diagnostics) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, providers.Errorf(path, "Unreadable authority", "%s.", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, providers.Errorf(path, "Unreadable authority", "%s holds no certificate in PEM form.", file)
	}
	return pool, nil
}

// Path is a file of the configuration: relative ones start in its directory.
func Path(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}
