extension LinearPattern {
  /// Whether the pattern matches somewhere in a text.
  /// - Complexity: O(steps · scalars).
  func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var current = States(count: steps.count)
    var following = States(count: steps.count)
    for position in 0...scalars.count {
      // A match may begin anywhere.
      if enter(0, &current, isStart: position == 0, isEnd: position == scalars.count) {
        return true
      }
      guard position < scalars.count else { break }
      following.removeAll()
      let isEnd = position + 1 == scalars.count
      for state in current.members {
        guard case .scalar(let set) = steps[state], set.contains(scalars[position]) else {
          continue
        }
        if enter(state + 1, &following, isStart: false, isEnd: isEnd) { return true }
      }
      swap(&current, &following)
    }
    return false
  }

  /// Adds a state and those that it leads to without a character; says whether one accepts.
  private func enter(_ state: Int, _ states: inout States, isStart: Bool, isEnd: Bool) -> Bool {
    var open = [state]
    while let state = open.popLast() {
      guard states.insert(state) else { continue }
      switch steps[state] {
      case .scalar: break
      case .split(let first, let second): open += [second, first]
      case .jump(let target): open.append(target)
      case .textStart: if isStart { open.append(state + 1) }
      case .textEnd: if isEnd { open.append(state + 1) }
      case .accept: return true
      }
    }
    return false
  }

  /// A set of steps that is emptied in time of its size.
  private struct States {
    private(set) var members: [Int] = []
    private var isMember: [Bool]

    init(count: Int) { isMember = Array(repeating: false, count: count) }

    mutating func insert(_ state: Int) -> Bool {
      guard !isMember[state] else { return false }
      isMember[state] = true
      members.append(state)
      return true
    }

    mutating func removeAll() {
      for state in members { isMember[state] = false }
      members.removeAll(keepingCapacity: true)
    }
  }
}
