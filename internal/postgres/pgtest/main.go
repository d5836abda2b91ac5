//go:build unix

package pgtest

import (
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

// shared is the server's connection, once there is one.
var shared atomic.Pointer[host]

// Main is a package's TestMain: it runs the tests and fails where they have
// left goroutines behind, connections to a database among them.
func Main(m *testing.M) {
	code := m.Run()
	if h := shared.Load(); h != nil {
		_ = h.admin.Close() // nothing is pending on it
	}
	http.DefaultClient.CloseIdleConnections()
	if code == 0 {
		err := goleak.Find(
			// The cluster's keeper outlives the program on purpose.
			goleak.IgnoreAnyFunction("regulars/internal/postgres/pgtest.startKeeper.func1"),
			// The web server's clocks and packers run as long as the program.
			goleak.IgnoreAnyFunction("github.com/valyala/fasthttp/stackless.funcWorker"),
			goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
			goleak.IgnoreAnyFunction("github.com/gofiber/fiber/v2/utils.StartTimeStampUpdater.func1.1"),
		)
		if err != nil {
			fmt.Fprintln(os.Stderr, "left behind:", err)
			code = 1
		}
	}
	os.Exit(code)
}
