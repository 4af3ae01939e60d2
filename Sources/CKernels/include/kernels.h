#pragma once
// The thread team of oneDNN, from which our own kernels borrow: runs `body` on `threads` threads.
void gan_parallel(void (*body)(void *), void *data, unsigned threads);
