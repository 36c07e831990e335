import Glibc

/// Functions of the C library that its Swift module does not show, looked up by name.
enum SystemFunctions {
  typealias PipeFunction = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
  typealias CloseFromFunction =
    @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

  /// `pipe2`: a pipe that no other thread's child can inherit by accident.
  static let pipe: PipeFunction? = lookUp("pipe2")
  /// `posix_spawn_file_actions_addclosefrom_np`, of glibc 2.34 and later.
  static let addCloseFrom: CloseFromFunction? = lookUp("posix_spawn_file_actions_addclosefrom_np")

  private static func lookUp<Function>(_ name: String) -> Function? {
    // A null handle searches all that is loaded. `Function` is the C type that the manual gives
    // for the name, so the cast of the pointer is right.
    dlsym(nil, name).map { unsafeBitCast($0, to: Function.self) }
  }

  /// Makes a close-on-exec pipe: the reading and the writing end.
  static func makePipe(flags: Int32 = 0) throws -> (read: Int32, write: Int32) {
    var numbers: [Int32] = [-1, -1]
    guard let pipe, pipe(&numbers, O_CLOEXEC | flags) == 0 else {
      throw RAGError(.io, "cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    return (numbers[0], numbers[1])
  }
}
