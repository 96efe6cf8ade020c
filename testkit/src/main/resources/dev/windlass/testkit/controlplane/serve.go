package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"golang.org/x/sys/unix"
	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

// readyWithin bounds the start; a slow machine under load needs some ten seconds.
const readyWithin = 2 * time.Minute

// announcement is the line of JSON that serve prints when the server answers.
type announcement struct {
	URL     string            `json:"url"`
	CA      string            `json:"ca"`
	Tokens  map[string]string `json:"tokens"`
	PID     int               `json:"pid"`
	Version string            `json:"version"`
	Etcd    string            `json:"etcd"`
	Dir     string            `json:"dir"`
	Audit   string            `json:"audit"`
}

// auditPolicy has the server write down when each watch begins and ends, and whose it is; not its own ones.
//
//go:embed audit-policy.json
var auditPolicy []byte

// users collects --user NAME=GROUP,GROUP.
type users map[string][]string

func (u users) String() string { return "" }

func (u users) Set(value string) error {
	name, groups, _ := strings.Cut(value, "=")
	if name == "" || strings.ContainsAny(value, "\"\n") {
		return fmt.Errorf("want NAME or NAME=GROUP,GROUP, got %q", value)
	}
	u[name] = nil
	if groups != "" {
		u[name] = strings.Split(groups, ",")
	}
	return nil
}

func serve(arguments []string) error {
	known := users{"admin": {"system:masters"}}
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	flags.Var(known, "user", "a further user, `NAME=GROUP,GROUP`, who gets a token of its own; repeatable")
	port := flags.Int("port", 0, "the port on 127.0.0.1; 0 chooses a free one")
	given := flags.String("dir", "", "the data directory, which is removed at the end but kept after a failure "+
		"(default: a new one)")
	keep := flags.Bool("keep", false, "outlive standard input and the parent process")
	_ = flags.Parse(arguments)
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}

	dir, err := dataDirectory(*given)
	if err != nil {
		return fmt.Errorf("make a data directory: %w", err)
	}
	end := ender(dir, *given != "")
	go endOnSignal(end)
	if !*keep {
		go endWithInput(end)
		go endWithParent(os.Getppid(), end)
	}

	ready, code, err := start(dir, *port, known)
	if err != nil {
		end(1, err.Error())
	}
	go func() {
		announced, err := awaitReady(ready)
		if err != nil {
			end(1, err.Error())
		}
		line, _ := json.Marshal(announced)
		fmt.Println(string(line))
	}()
	end(<-code, "kube-apiserver ended by itself")
	return nil
}

func dataDirectory(given string) (string, error) {
	if given == "" {
		return os.MkdirTemp("", "control-plane-")
	}
	return given, os.MkdirAll(given, 0o700)
}

// start starts etcd and then kube-apiserver, whose exit code arrives on the channel should it end by itself.
func start(dir string, port int, known users) (announcement, <-chan int, error) {
	none := announcement{}
	etcd, err := startEtcd(filepath.Join(dir, "etcd"))
	if err != nil {
		return none, nil, fmt.Errorf("start etcd: %w", err)
	}
	ca, err := writeFiles(dir)
	if err != nil {
		return none, nil, fmt.Errorf("write the server's files to %s: %w", dir, err)
	}
	tokens, err := writeTokens(filepath.Join(dir, "tokens.csv"), known)
	if err != nil {
		return none, nil, fmt.Errorf("write tokens to %s: %w", dir, err)
	}
	if port == 0 {
		if port, err = reservePort(); err != nil {
			return none, nil, fmt.Errorf("find a free port on 127.0.0.1: %w", err)
		}
	}
	address := fmt.Sprintf("https://127.0.0.1:%d", port)
	command := app.NewAPIServerCommand()
	command.SetArgs([]string{
		"--etcd-servers=" + etcd,
		"--bind-address=127.0.0.1",
		// It would look for an address that others reach, and not start on a machine without a network. Nobody asks for
		// the endpoints of the Service "kubernetes", for which it refuses a loopback address.
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
		fmt.Sprintf("--secure-port=%d", port),
		"--permit-port-sharing=true",
		"--cert-dir=" + dir,
		"--tls-cert-file=" + filepath.Join(dir, "server.crt"),
		"--tls-private-key-file=" + filepath.Join(dir, "server.key"),
		"--service-account-issuer=" + address,
		"--service-account-key-file=" + filepath.Join(dir, "service-account.key"),
		"--service-account-signing-key-file=" + filepath.Join(dir, "service-account.key"),
		"--token-auth-file=" + filepath.Join(dir, "tokens.csv"),
		"--authorization-mode=RBAC",
		"--disable-admission-plugins=ServiceAccount",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--allow-privileged=true",
		"--audit-policy-file=" + filepath.Join(dir, "audit-policy.json"),
		"--audit-log-path=" + filepath.Join(dir, "audit.log"),
		"--audit-log-mode=blocking",
		"--audit-log-maxsize=10000", // megabytes, so that it is not rotated under its reader
	})
	code := make(chan int, 1)
	go func() { code <- cli.Run(command) }()
	return announcement{URL: address, CA: ca, Tokens: tokens, PID: os.Getpid(), Version: version.Get().GitVersion,
		Etcd: etcd, Dir: dir, Audit: filepath.Join(dir, "audit.log")}, code, nil
}

// startEtcd starts a one-member etcd on a free port and answers its address. Nothing is synced to disk: the data
// does not outlive the process.
func startEtcd(dir string) (string, error) {
	any := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	config := embed.NewConfig()
	config.Dir = dir
	config.UnsafeNoFsync = true
	config.LogLevel = "error"
	config.LogOutputs = []string{"stderr"}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{any}, []url.URL{any}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{any}, []url.URL{any}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return "", err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return "http://" + etcd.Clients[0].Addr().String(), nil
	case err := <-etcd.Err():
		return "", err
	case <-time.After(readyWithin):
		return "", fmt.Errorf("not ready within %s", readyWithin)
	}
}

// writeFiles writes what kube-apiserver reads from files: the certificate, the key that signs service account
// tokens and the audit policy. It answers the certificate of the authority that issued the server's.
func writeFiles(dir string) (string, error) {
	chain, key, err := cert.GenerateSelfSignedCertKey("127.0.0.1", []net.IP{net.IPv6loopback},
		[]string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"})
	if err != nil {
		return "", err
	}
	signing, err := keyutil.MakeEllipticPrivateKeyPEM()
	if err != nil {
		return "", err
	}
	certificates, err := cert.ParseCertsPEM(chain)
	if err != nil {
		return "", err
	}
	ca, err := cert.EncodeCertificates(certificates[len(certificates)-1])
	if err != nil {
		return "", err
	}
	return string(ca), errors.Join(
		os.WriteFile(filepath.Join(dir, "server.crt"), chain, 0o600),
		os.WriteFile(filepath.Join(dir, "server.key"), key, 0o600),
		os.WriteFile(filepath.Join(dir, "service-account.key"), signing, 0o600),
		os.WriteFile(filepath.Join(dir, "audit-policy.json"), auditPolicy, 0o600))
}

func writeTokens(file string, known users) (map[string]string, error) {
	tokens := map[string]string{}
	var lines strings.Builder
	for name, groups := range known {
		secret := make([]byte, 16)
		if _, err := rand.Read(secret); err != nil {
			return nil, err
		}
		tokens[name] = hex.EncodeToString(secret)
		fmt.Fprintf(&lines, "%s,\"%s\",\"%s\",\"%s\"\n", tokens[name], name, name, strings.Join(groups, ","))
	}
	return tokens, os.WriteFile(file, []byte(lines.String()), 0o600)
}

// reservePort binds a free port without listening on it and keeps it bound. kube-apiserver, told to share the port,
// binds it too, and no other process can be given it in between.
func reservePort() (int, error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return 0, err
	}
	unix.CloseOnExec(socket)
	if err := unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		return 0, err
	}
	if err := unix.Bind(socket, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, err
	}
	name, err := unix.Getsockname(socket)
	if err != nil {
		return 0, err
	}
	return name.(*unix.SockaddrInet4).Port, nil
}

func awaitReady(server announcement) (announcement, error) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(server.CA))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		// The namespace is made by a controller of the server after it calls itself ready.
		last := probe(ctx, client, server, "/readyz")
		if last == "" {
			last = probe(ctx, client, server, "/api/v1/namespaces/default")
		}
		if last == "" {
			return server, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return server, fmt.Errorf("kube-apiserver not ready within %s: %s", readyWithin, last)
		}
	}
}

// probe answers what is wrong, or nothing.
func probe(ctx context.Context, client *http.Client, server announcement, path string) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Authorization", "Bearer "+server.Tokens["admin"])
	response, err := client.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
	if response.StatusCode != http.StatusOK {
		return response.Status + " " + string(body)
	}
	return ""
}

// ender answers a function that removes the data and ends the process; the first call wins. Neither server is asked
// to shut down in order: nothing of them is kept, but for a caller who wants to see what failed.
func ender(dir string, keepFailed bool) func(int, string) {
	var once sync.Once
	return func(code int, reason string) {
		once.Do(func() {
			fmt.Fprintf(os.Stderr, "control-plane: ends: %s\n", reason)
			if code == 0 || !keepFailed {
				remove(dir)
			}
			os.Exit(code)
		})
		select {} // the call that won ends the process
	}
}

func remove(dir string) {
	// etcd still writes; a file that it adds meanwhile makes the removal fail once.
	var err error
	for range 10 {
		if err = os.RemoveAll(dir); err == nil {
			return
		}
	}
	fmt.Fprintf(os.Stderr, "control-plane: left behind: %v\n", err)
}

func endOnSignal(end func(int, string)) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM)
	end(0, (<-signals).String())
}

func endWithInput(end func(int, string)) {
	_, _ = io.Copy(io.Discard, os.Stdin)
	end(0, "standard input ended")
}

// endWithParent covers a parent whose end of the input pipe was inherited by another process that still lives.
func endWithParent(parent int, end func(int, string)) {
	for range time.Tick(time.Second) {
		if os.Getppid() != parent {
			end(0, "the parent process ended")
		}
	}
}
