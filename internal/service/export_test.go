package service

import "regulars/internal/anomaly"

// DetectWith has the events of l examined by another function.
func (l *Ledger) DetectWith(examine func(anomaly.Settings, anomaly.Event, anomaly.Recent) ([]anomaly.Signal, error)) {
	l.exams.examine = examine
}
