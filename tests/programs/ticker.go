// Sends back each line in capitals, and ticks all the while: one goroutine reads while another writes.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"
)

func read(lines chan<- string) {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		lines <- input.Text()
	}
	close(lines)
}

func main() {
	lines := make(chan string)
	ticker := time.NewTicker(50 * time.Millisecond)

	go read(lines)
	for {
		select {
		case line, more := <-lines:
			if !more {
				fmt.Println("bye")
				return
			}
			fmt.Println(strings.ToUpper(line))
		case <-ticker.C:
			fmt.Println("tick")
		}
	}
}
