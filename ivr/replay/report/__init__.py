"""The HTML report of replayed calls: one file with sound, waveforms and everything that happened."""
