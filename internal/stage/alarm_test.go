package stage

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/scheduler"
)

// TestAlarmForgetsARingThatIsLate: the goroutine of the timer has begun, and
// marks the alarm only after that was set anew.
func TestAlarmForgetsARingThatIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a Alarm
		var h scheduler.Handle
		a.Set(&h, time.Millisecond)
		a.Set(&h, 10*time.Millisecond)
		a.bell.due.Store(true) // as the timer does
		require.False(t, a.Rang())
		time.Sleep(10*time.Millisecond - 1)
		synctest.Wait()
		require.False(t, a.Rang())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.True(t, a.Rang())
		require.False(t, a.Rang(), "twice")
	})
}
