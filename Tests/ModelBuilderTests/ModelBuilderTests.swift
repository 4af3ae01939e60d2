import Testing
@testable import ModelBuilder
