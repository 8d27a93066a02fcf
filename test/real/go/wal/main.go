// A log written and read by etcd's own WAL package, with segments small enough to rotate. For test/real/wal-etcd.test.ts and the golden
// files in test/golden/wal/segments.
//
//	write DIR ENTRIES SEGMENT_BYTES     creates a log; what is in it: function data and the loop below
//	read DIR INDEX TERM [write]         prints it as JSON from a snapshot on; with "write" also appends an entry
//	repair DIR                          wal.Repair
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"go.etcd.io/raft/v3/raftpb"
	"go.uber.org/zap"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func p[T any](v T) *T { return &v }

func data(i int) []byte {
	b := make([]byte, i*37%300)
	for j := range b {
		b[j] = byte(i + j)
	}
	return b
}

func main() {
	dir := os.Args[2]
	switch os.Args[1] {
	case "write": // DIR ENTRIES SEGMENT_BYTES
		n, _ := strconv.Atoi(os.Args[3])
		wal.SegmentSizeBytes, _ = strconv.ParseInt(os.Args[4], 10, 64)
		w, err := wal.Create(zap.NewNop(), dir, []byte("metadata of the golden log"))
		check(err)
		for i := 1; i <= n; i++ {
			e := &raftpb.Entry{Term: p(uint64(1 + i/50)), Index: p(uint64(i))}
			if d := data(i); len(d) > 0 {
				e.Data = d
			}
			check(w.Save(&raftpb.HardState{Term: p(uint64(1 + i/50)), Vote: p(uint64(0x8899aabbccddeeff)), Commit: p(uint64(i - 1))}, []*raftpb.Entry{e}))
			if i%40 == 0 {
				check(w.SaveSnapshot(&walpb.Snapshot{Index: p(uint64(i - 2)), Term: p(uint64(1 + (i-2)/50)), ConfState: &raftpb.ConfState{Voters: []uint64{1, 1 << 63}, AutoLeave: p(false)}}))
			}
		}
		check(w.Close())
	case "read": // DIR INDEX TERM [write]
		index, _ := strconv.ParseUint(os.Args[3], 10, 64)
		term, _ := strconv.ParseUint(os.Args[4], 10, 64)
		snap := &walpb.Snapshot{Index: &index, Term: &term}
		open := wal.OpenForRead
		if len(os.Args) > 5 {
			open = wal.Open
		}
		if _, err := wal.Verify(zap.NewNop(), dir, snap); err != nil {
			check(fmt.Errorf("verify: %w", err))
		}
		w, err := open(zap.NewNop(), dir, snap)
		check(err)
		meta, st, ents, err := w.ReadAll()
		check(err)
		snaps, err := wal.ValidSnapshotEntries(zap.NewNop(), dir)
		check(err)
		type entry struct {
			Type  int32
			Term  uint64
			Index uint64
			Data  string
		}
		out := struct {
			Metadata     string
			Term, Commit uint64
			Vote         string
			Entries      []entry
			Snapshots    []uint64
		}{Metadata: fmt.Sprintf("%x", meta), Term: st.GetTerm(), Commit: st.GetCommit(), Vote: fmt.Sprint(st.GetVote())}
		for _, e := range ents {
			out.Entries = append(out.Entries, entry{int32(e.GetType()), e.GetTerm(), e.GetIndex(), fmt.Sprintf("%x", e.GetData())})
		}
		for _, s := range snaps {
			out.Snapshots = append(out.Snapshots, s.GetIndex())
		}
		check(json.NewEncoder(os.Stdout).Encode(out))
		if len(os.Args) > 5 {
			check(w.Save(&raftpb.HardState{Term: p(st.GetTerm()), Vote: p(st.GetVote()), Commit: p(st.GetCommit())}, []*raftpb.Entry{{Term: p(st.GetTerm()), Index: p(index + uint64(len(ents)) + 1), Data: []byte("appended by etcd")}}))
			check(w.Close())
		}
	case "repair": // DIR
		fmt.Println(wal.Repair(zap.NewNop(), dir))
	}
}
