// A worker in Go: answers each line in capitals, for many connections at a time.
//
//	set GOOS=windows
//	go build -o upper-worker.exe worker.go
//	stdinetd serve 7000 workers=2 worker_connections=100 -- upper-worker.exe
//
// It needs nothing but Go's own library. The protocol is described in ../README.md: orders of 704
// bytes come from standard input, reports of 16 bytes go to standard output. What is printed by
// mistake would garble them, so say what there is to say on standard error, which is the log.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

const (
	version    = 1
	orderSize  = 704
	reportSize = 16
	infoOffset = 72 // of the WSAPROTOCOL_INFOW in an order
)

const (
	orderConnection = 1
	orderCancel     = 2
	orderEnd        = 3

	byProtocolInfo = 1
	byHandle       = 2

	reportReady    = 1
	reportAccepted = 2
	reportRejected = 3
	reportDone     = 4
)

// --- what package syscall lacks

const (
	fromProtocolInfo = ^uintptr(0) // FROM_PROTOCOL_INFO
	overlapped       = 1           // WSA_FLAG_OVERLAPPED
	soType           = 0x1008      // SO_TYPE
	notASocket       = syscall.Errno(10038)
)

var (
	winsock            = syscall.NewLazyDLL("ws2_32.dll")
	wsaSocket          = winsock.NewProc("WSASocketW")
	wsaDuplicateSocket = winsock.NewProc("WSADuplicateSocketW")
)

// importSocket makes a socket of a WSAPROTOCOL_INFOW that was made for this process.
func importSocket(info *byte) (syscall.Handle, error) {
	socket, _, err := wsaSocket.Call(fromProtocolInfo, fromProtocolInfo, fromProtocolInfo,
		uintptr(unsafe.Pointer(info)), 0, overlapped)
	if syscall.Handle(socket) == syscall.InvalidHandle {
		return syscall.InvalidHandle, err
	}
	return syscall.Handle(socket), nil
}

// adoptSocket takes a handle that is a socket. Wine's Winsock knows only sockets that it has made
// in this process, so it makes one of the handle there.
func adoptSocket(handle syscall.Handle) (syscall.Handle, error) {
	var info [orderSize - infoOffset]byte
	var kind [4]byte

	length := int32(len(kind))
	err := syscall.Getsockopt(handle, syscall.SOL_SOCKET, soType, &kind[0], &length)
	if err != notASocket {
		return handle, err
	}
	defer syscall.CloseHandle(handle)
	failed, _, err := wsaDuplicateSocket.Call(uintptr(handle), uintptr(os.Getpid()),
		uintptr(unsafe.Pointer(&info[0])))
	if failed != 0 {
		return syscall.InvalidHandle, err
	}
	return importSocket(&info[0])
}

// socket is a connection as an io.Reader and io.Writer. A goroutine that waits in one of them keeps
// a thread; that is simple, and enough for some hundred connections.
type socket syscall.Handle

func (s socket) Read(data []byte) (int, error) {
	var count, flags uint32

	if len(data) == 0 {
		return 0, nil
	}
	buffer := syscall.WSABuf{Len: uint32(len(data)), Buf: &data[0]}
	err := syscall.WSARecv(syscall.Handle(s), &buffer, 1, &count, &flags, nil, nil)
	if err == nil && count == 0 {
		err = io.EOF
	}
	return int(count), err
}

func (s socket) Write(data []byte) (int, error) {
	total := 0

	for total < len(data) {
		var count uint32
		buffer := syscall.WSABuf{Len: uint32(len(data) - total), Buf: &data[total]}
		err := syscall.WSASend(syscall.Handle(s), &buffer, 1, &count, 0, nil, nil)
		if err != nil {
			return total, err
		}
		total += int(count)
	}
	return total, nil
}

// --- the protocol

var (
	open   = map[uint64]syscall.Handle{} // the connections by their numbers
	mutex  sync.Mutex                    // for open
	output sync.Mutex                    // a report is never cut by another
)

func report(kind uint32, value uint32, number uint64) {
	var message [reportSize]byte

	binary.LittleEndian.PutUint32(message[0:], kind)
	binary.LittleEndian.PutUint32(message[4:], value)
	binary.LittleEndian.PutUint64(message[8:], number)
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(message[:]) // where that fails, the server is gone, and standard input ends too
}

// begin takes the connection of an order and serves it in a goroutine of its own.
func begin(order []byte, served *sync.WaitGroup) {
	var handle syscall.Handle
	var err error

	number := binary.LittleEndian.Uint64(order[8:])
	if binary.LittleEndian.Uint32(order[4:]) == byHandle {
		handle, err = adoptSocket(syscall.Handle(binary.LittleEndian.Uint64(order[16:])))
	} else {
		handle, err = importSocket(&order[infoOffset])
	}
	if err != nil {
		code, _ := err.(syscall.Errno)
		report(reportRejected, uint32(code), number)
		return
	}
	mutex.Lock()
	open[number] = handle
	mutex.Unlock()
	report(reportAccepted, 0, number)
	served.Add(1)
	go func() {
		defer served.Done()
		serve(socket(handle))
		mutex.Lock() // a cancel finds either the open socket or none
		delete(open, number)
		syscall.Closesocket(handle)
		mutex.Unlock()
		report(reportDone, 0, number)
	}()
}

// cancel wakes whoever waits for a client that does not read. (Who waits for one that says nothing
// is woken by the server, which has shut the socket down.)
func cancel(number uint64) {
	mutex.Lock()
	defer mutex.Unlock()
	if handle, found := open[number]; found {
		syscall.CancelIoEx(handle, nil)
	}
}

func main() {
	var data syscall.WSAData
	var served sync.WaitGroup
	var order [orderSize]byte

	if os.Getenv("STDINETD_WORKER") != fmt.Sprint(version) {
		fmt.Fprintln(os.Stderr, "worker: not started by stdinetd (workers = N)")
		os.Exit(1)
	}
	if err := syscall.WSAStartup(0x202, &data); err != nil {
		fmt.Fprintln(os.Stderr, "worker: WSAStartup:", err)
		os.Exit(1)
	}
	report(reportReady, version, uint64(os.Getpid()))
	for {
		if _, err := io.ReadFull(os.Stdin, order[:]); err != nil {
			break // the server is gone
		}
		kind := binary.LittleEndian.Uint32(order[0:])
		if kind == orderConnection {
			begin(order[:], &served)
		} else if kind == orderCancel {
			cancel(binary.LittleEndian.Uint64(order[8:]))
		} else if kind == orderEnd {
			go func() { // this loop goes on for what is to be cancelled
				served.Wait()
				os.Exit(0)
			}()
		}
	}
	served.Wait()
}

// --- the service itself

func serve(client io.ReadWriter) {
	lines := bufio.NewReader(client)

	for {
		line, err := lines.ReadBytes('\n')
		line = bytes.TrimRight(line, "\r\n")
		if err != nil && len(line) == 0 {
			return
		}
		if _, err := client.Write(append(bytes.ToUpper(line), "\r\n"...)); err != nil {
			return
		}
	}
}
