// The C library of the system, under one name everywhere: `CLibrary.open` where a method of that name
// stands in the way.

#if canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#else
  @_exported import Darwin
#endif
