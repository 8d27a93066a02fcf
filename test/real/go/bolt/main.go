// Real bbolt at work on a file, for tests that hand files back and forth.
//
//	bolt make  FILE PAGESIZE FREELIST NESTED   creates a file with some entries (FREELIST and NESTED: 0 or 1)
//	bolt write FILE SEED COUNT                 COUNT transactions of random changes in StrictMode, options as etcd's
//	bolt dump  FILE                            one line per entry: bucket, key and FNV-1a of the value
package main

import (
	"fmt"
	"hash/fnv"
	"log"
	"math/rand"
	"os"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	must(err)
	return n
}

func value(r *rand.Rand) []byte {
	size := r.Intn(120)
	switch r.Intn(40) {
	case 0:
		size = r.Intn(30000)
	case 1, 2, 3:
		size = r.Intn(3000)
	}
	v := make([]byte, size)
	for i := range v {
		v[i] = byte(r.Intn(256))
	}
	return v
}

func change(tx *bolt.Tx, r *rand.Rand, count int) {
	for _, name := range []string{"key", "meta", "lease", "auth"} {
		b, err := tx.CreateBucketIfNotExists([]byte(name))
		must(err)
		if name == "key" {
			b.FillPercent = 0.9
		}
		for i := 0; i < count; i++ {
			k := []byte(fmt.Sprintf("%05d", r.Intn(3000)))
			if name == "auth" {
				k = []byte(fmt.Sprintf("%d", r.Intn(5)))
			}
			if r.Intn(100) < 45 {
				must(b.Delete(k))
			} else if name == "auth" {
				must(b.Put(k, []byte("small")))
			} else {
				must(b.Put(k, value(r)))
			}
		}
	}
	if r.Intn(4) == 0 {
		b := tx.Bucket([]byte("key"))
		c := b.Cursor()
		from := []byte(fmt.Sprintf("%05d", r.Intn(3000)))
		var keys [][]byte
		for k, _ := c.Seek(from); k != nil && len(keys) < 700; k, _ = c.Next() {
			keys = append(keys, append([]byte(nil), k...))
		}
		for _, k := range keys {
			must(b.Delete(k))
		}
	}
}

func main() {
	path := os.Args[2]
	switch os.Args[1] {
	case "make":
		db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: number(os.Args[3]), NoFreelistSync: os.Args[4] == "0"})
		must(err)
		for i := 0; i < 6; i++ {
			must(db.Update(func(tx *bolt.Tx) error {
				change(tx, rand.New(rand.NewSource(int64(i))), 300)
				if i == 5 && os.Args[5] == "1" {
					_, err := tx.Bucket([]byte("key")).CreateBucket([]byte("nested"))
					return err
				}
				return nil
			}))
		}
		must(db.Close())
	case "write":
		r := rand.New(rand.NewSource(int64(number(os.Args[3]))))
		db, err := bolt.Open(path, 0o600, &bolt.Options{NoFreelistSync: true, FreelistType: bolt.FreelistMapType})
		must(err)
		db.StrictMode = true
		for i := number(os.Args[4]); i > 0; i-- {
			must(db.Update(func(tx *bolt.Tx) error {
				change(tx, r, 1+r.Intn(120))
				return nil
			}))
		}
		must(db.Close())
	case "dump":
		db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
		must(err)
		must(db.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
				return b.ForEach(func(k, v []byte) error {
					h := fnv.New64a()
					h.Write(v)
					fmt.Printf("%s %x %016x\n", name, k, h.Sum64())
					return nil
				})
			})
		}))
		must(db.Close())
	default:
		log.Fatalf("unknown command %s", os.Args[1])
	}
}
