// Machine code for the instructions of a group: two or more between transcendental functions become one loop, whose values
// stay in vector registers. Interpreted, each instruction reads and writes a tile in the first-level cache, which takes several
// times as long as the arithmetic. The same operations in the same order, none contracted: the same bits, but for which of
// two NaNs goes on, and for denormals that are fed, which a maximum here takes for the zeros that they count as.
#include "group_code.h"

static int wanted = 1;

int gan_use_group_code(int use) {
  int before = wanted;
  wanted = use;
  return before;
}

#if defined(__x86_64__) && !defined(_WIN32)
#include <xbyak/xbyak.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

namespace {

using Xbyak::Reg64;
using Xbyak::Xmm;

constexpr int never = INT32_MAX;
// Predicates of vcmpps, none of which signals: a NaN is unequal to everything, itself too, and stands in no other relation.
constexpr uint8_t equal = 0x00, less = 0x11, lessOrEqual = 0x12, noNumber = 0x03, notEqual = 0x04,
                  greaterOrEqual = 0x1d, greater = 0x1e;

// A new operation is to be named in each switch here.
#pragma clang diagnostic error "-Wswitch"

/// How many operands an operation has, or 0 where it is no arithmetic: its kernel takes a tile.
int arithmeticOperands(int32_t opcode) {
  switch ((enum gan_opcode)opcode) {
    case GAN_NEGATE: case GAN_ABSOLUTE: case GAN_SIGN: case GAN_FLOOR: case GAN_SQUARE_ROOT:
    case GAN_RECIPROCAL_SQUARE_ROOT: case GAN_RECIPROCAL: case GAN_COPY:
      return 1;
    case GAN_ADD: case GAN_SUBTRACT: case GAN_MULTIPLY: case GAN_DIVIDE: case GAN_MAXIMUM: case GAN_MINIMUM:
    case GAN_LESS: case GAN_LESS_OR_EQUAL: case GAN_GREATER: case GAN_GREATER_OR_EQUAL: case GAN_EQUAL:
    case GAN_NOT_EQUAL:
      return 2;
    case GAN_SELECT: return 3;
    case GAN_EXPONENTIAL: case GAN_EXPONENTIAL_MINUS_ONE: case GAN_LOGARITHM: case GAN_LOGARITHM_ONE_PLUS:
    case GAN_TANH: case GAN_SIGMOID: case GAN_SOFTPLUS: case GAN_EXPONENTIAL_LINEAR: case GAN_POWER:
    case GAN_OPCODES:
      return 0;
  }
  return 0;
}
bool isArithmetic(int32_t opcode) { return arithmeticOperands(opcode) > 0; }

int operands(int32_t opcode) {
  const int count = arithmeticOperands(opcode);
  return count > 0 ? count : opcode == GAN_POWER ? 2 : 1;
}

/// Who reads the tile `reg` names, from where on, before something else is written to it.
struct Readers {
  const gan_group &group;

  /// The first of the instructions `from ..< end` that reads it.
  int next(int32_t reg, int from, int end) const {
    for (int k = from; k < end; k++) {
      const gan_instruction &i = group.instructions[k];
      for (int o = 0; o < operands(i.opcode); o++)
        if (i.operands[o] == reg) return k;
      if (i.destination == reg) return never;
    }
    return never;
  }

  /// Whether what the instruction `writer` of a run wrote to it is looked at behind the run's `end`.
  bool outlives(int32_t reg, int writer, int end) const {
    for (int k = writer + 1; k < end; k++)
      if (group.instructions[k].destination == reg) return false;
    if (next(reg, end, group.instructionCount) != never) return true;
    for (int k = end; k < group.instructionCount; k++)
      if (group.instructions[k].destination == reg) return false;
    for (int k = 0; k < group.sinkCount; k++)
      if (group.sinks[k].reg == reg) return true;
    for (int k = 0; k < group.foldCount; k++)
      if (group.folds[k].reg == reg) return true;
    return false;
  }
};

/// Numbers that instructions need beside their operands, as the bits of a float.
enum constant { ONE, MINUS_ONE, ZERO, SIGN_BIT, OTHER_BITS, CONSTANTS };
constexpr uint32_t constantBits[CONSTANTS] = {0x3f800000, 0xbf800000, 0, 0x80000000, 0x7fffffff};

/// Eight lanes that are loaded or stored, and eight that are not: AVX2's mask of a last, partial vector begins as many
/// before the middle as are left.
const int32_t lastLanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

class Generator : public Xbyak::CodeGenerator {
 public:
  Generator(const gan_group &group, bool isWide)
      : CodeGenerator(4096, Xbyak::AutoGrow), group(group), readers{group}, isWide(isWide),
        width(isWide ? 16 : 8) {}

  /// Appends `void (float *const *registers, int64_t count)` for a run of instructions.
  void append(int32_t first, int32_t end) {
    this->first = first;
    this->end = end;
    findPinned();
    findPointers();
    for (const Reg64 &saved : savedPointers()) push(saved);
    for (size_t k = 0; k < pointers.size(); k++) mov(pointerRegisters()[k], ptr[rdi + 8 * pointers[k]]);
    loadPinned();
    Xbyak::Label loop, partial, done;
    xor_(ecx, ecx);
    mov(rdx, rsi);
    and_(rdx, -width);
    jz(partial, T_NEAR);
    L(loop);
    body(false);
    add(rcx, width);
    cmp(rcx, rdx);
    jb(loop, T_NEAR);
    L(partial);
    and_(esi, width - 1);
    jz(done, T_NEAR);
    makeMask();
    body(true);
    L(done);
    const auto saved = savedPointers();
    for (size_t k = saved.size(); k > 0; k--) pop(saved[k - 1]);
    vzeroupper();
    ret();
  }

 private:
  const gan_group &group;
  const Readers readers;
  const bool isWide;
  const int width;
  int32_t first = 0, end = 0;

  // --- vector registers: one to work with, AVX2's mask, what is pinned for the whole run, and the others -------

  static constexpr int spare = 0, mask = 1;
  /// By constant and by scalar register: the vector register that holds it, or −1.
  int pinnedConstant[CONSTANTS];
  int pinnedScalar[GAN_MAX_REGISTERS];
  std::vector<int32_t> scalars;
  int firstFree = 0;

  Xmm vector(int index) const { return Xmm(isWide ? Xbyak::Operand::ZMM : Xbyak::Operand::YMM, index); }
  int vectors() const { return isWide ? 32 : 16; }

  void pin(constant which) {
    if (pinnedConstant[which] < 0) pinnedConstant[which] = firstFree++;
  }

  void findPinned() {
    std::fill_n(pinnedConstant, CONSTANTS, -1);
    std::fill_n(pinnedScalar, GAN_MAX_REGISTERS, -1);
    scalars.clear();
    firstFree = 2;
    for (int k = first; k < end; k++) {
      switch (group.instructions[k].opcode) {
        case GAN_NEGATE: pin(SIGN_BIT); break;
        case GAN_ABSOLUTE: pin(OTHER_BITS); break;
        case GAN_SIGN: pin(ONE), pin(MINUS_ONE), pin(ZERO); break;
        case GAN_RECIPROCAL_SQUARE_ROOT: case GAN_RECIPROCAL: pin(ONE); break;
        case GAN_LESS: case GAN_LESS_OR_EQUAL: case GAN_GREATER: case GAN_GREATER_OR_EQUAL: case GAN_EQUAL:
        case GAN_NOT_EQUAL: pin(ONE); break;
        case GAN_SELECT: pin(ZERO); break;
      }
    }
    // Half of the registers at most; other scalars are loaded where they are needed.
    for (int k = first; k < end; k++) {
      const gan_instruction &i = group.instructions[k];
      for (int o = 0; o < operands(i.opcode); o++) {
        const int32_t reg = i.operands[o];
        if (!(i.scalars >> o & 1) || pinnedScalar[reg] >= 0 || firstFree >= vectors() / 2) continue;
        pinnedScalar[reg] = firstFree++;
        scalars.push_back(reg);
      }
    }
  }

  void loadPinned() {
    for (int k = 0; k < CONSTANTS; k++) {
      if (pinnedConstant[k] < 0) continue;
      mov(eax, constantBits[k]);
      vmovd(Xmm(spare), eax);
      vbroadcastss(vector(pinnedConstant[k]), Xmm(spare));
    }
    for (int32_t reg : scalars) {
      mov(rax, ptr[rdi + 8 * reg]);
      vbroadcastss(vector(pinnedScalar[reg]), ptr[rax]);
    }
  }

  // --- general registers: rdi the tiles' addresses, rsi and rdx the count, rcx the place, rax to work with -----

  /// The tiles whose address is kept in a register.
  std::vector<int32_t> pointers;

  std::vector<Reg64> pointerRegisters() const {
    // Without rbp, by which debuggers and profilers find who called.
    return {r8, r9, r10, r11, rbx, r12, r13, r14, r15};
  }
  /// Those among them that belong to who calls.
  std::vector<Reg64> savedPointers() const {
    const auto all = pointerRegisters();
    if (pointers.size() <= 4) return {};
    return std::vector<Reg64>(all.begin() + 4, all.begin() + (long)pointers.size());
  }

  void findPointers() {
    pointers.clear();
    const size_t most = pointerRegisters().size();
    auto note = [&](int32_t reg) {
      const bool isNew = std::find(pointers.begin(), pointers.end(), reg) == pointers.end();
      if (isNew && pointers.size() < most) pointers.push_back(reg);
    };
    for (int k = first; k < end; k++) {
      const gan_instruction &i = group.instructions[k];
      for (int o = 0; o < operands(i.opcode); o++) {
        bool isComputed = false;
        for (int before = first; before < k; before++)
          isComputed |= group.instructions[before].destination == i.operands[o];
        if (!isComputed && !(i.scalars >> o & 1)) note(i.operands[o]);
      }
      if (readers.outlives(i.destination, k, end)) note(i.destination);
    }
  }

  Xbyak::Address place(int32_t reg) {
    auto found = std::find(pointers.begin(), pointers.end(), reg);
    if (found != pointers.end()) return ptr[pointerRegisters()[(size_t)(found - pointers.begin())] + rcx * 4];
    mov(rax, ptr[rdi + 8 * reg]);
    return ptr[rax + rcx * 4];
  }

  /// Of the `esi` elements that are left.
  void makeMask() {
    if (isWide) {
      mov(eax, ecx);
      mov(ecx, esi);
      mov(edx, 1);
      shl(edx, cl);
      sub(edx, 1);
      kmovw(k1, edx);
      mov(ecx, eax);
    } else {
      mov(rax, (uint64_t)(lastLanes + 8));
      shl(esi, 2);
      sub(rax, rsi);
      vmovups(vector(mask), ptr[rax]);
    }
  }

  // --- one vector ----------------------------------------------------------------------------------------------

  bool isPartial = false;
  int holder[GAN_MAX_REGISTERS];
  /// By vector register: whose value it holds, or −1, and whether that is in its tile as well.
  int32_t owner[32];
  bool isStored[32];

  void store(int32_t reg, int at) {
    Xbyak::Address to = place(reg);
    if (!isPartial) vmovups(to, vector(at));
    else if (isWide) vmovups(to | k1, vector(at));
    else vmaskmovps(to, vector(mask), vector(at));
    isStored[at] = true;
  }

  void release(int at) {
    if (owner[at] >= 0) holder[owner[at]] = -1;
    owner[at] = -1;
  }

  /// A vector register for a value of `reg`: a free one, or that of the value that is read last of all, none of the
  /// operands.
  int take(int32_t reg, const gan_instruction &i, int at) {
    int best = -1, bestNext = -1;
    for (int v = firstFree; v < vectors(); v++) {
      if (owner[v] < 0) {
        best = v;
        break;
      }
      bool isOperand = false;
      for (int o = 0; o < operands(i.opcode); o++) isOperand |= i.operands[o] == owner[v];
      int next = readers.next(owner[v], at, end);
      if (!isOperand && next > bestNext) best = v, bestNext = next;
    }
    if (owner[best] >= 0 && !isStored[best]) store(owner[best], best);
    release(best);
    owner[best] = reg;
    holder[reg] = best;
    isStored[best] = true;
    return best;
  }

  Xmm operand(const gan_instruction &i, int o, int at) {
    int32_t reg = i.operands[o];
    bool isScalar = i.scalars >> o & 1;
    if (isScalar && pinnedScalar[reg] >= 0) return vector(pinnedScalar[reg]);
    if (holder[reg] >= 0) return vector(holder[reg]);
    int v = take(reg, i, at);
    if (isScalar) {
      mov(rax, ptr[rdi + 8 * reg]);
      vbroadcastss(vector(v), ptr[rax]);
    } else {
      Xbyak::Address from = place(reg);
      if (!isPartial) vmovups(vector(v), from);
      else if (isWide) vmovups(vector(v) | k1 | T_z, from);
      else vmaskmovps(vector(v), vector(mask), from);
    }
    return vector(v);
  }

  void body(bool partial) {
    isPartial = partial;
    std::fill_n(holder, GAN_MAX_REGISTERS, -1);
    std::fill_n(owner, 32, -1);
    for (int k = first; k < end; k++) {
      const gan_instruction &i = group.instructions[k];
      Xmm x[3];
      const int count = operands(i.opcode);
      for (int o = 0; o < count; o++) x[o] = operand(i, o, k);
      // The destination's last value, if it is still held, is an operand.
      const int old = holder[i.destination];
      const int v = take(i.destination, i, k);
      if (old >= 0) owner[old] = -1;
      compute(i.opcode, vector(v), x);
      isStored[v] = false;
      if (readers.outlives(i.destination, k, end)) store(i.destination, v);
      for (int u = firstFree; u < vectors(); u++)
        if (owner[u] >= 0 && readers.next(owner[u], k + 1, end) == never) release(u);
    }
  }

  Xmm number(constant which) const { return vector(pinnedConstant[which]); }

  /// `d` where `x` stands to `y` as `predicate` says, elsewhere 0.
  void compare(const Xmm &d, const Xmm *x, uint8_t predicate) {
    if (isWide) {
      vcmpps(k2, x[0], x[1], predicate);
      vmovaps(d | k2 | T_z, number(ONE));
    } else {
      vcmpps(d, x[0], x[1], predicate);
      vandps(d, d, number(ONE));
    }
  }

  /// `yes` where `a` stands to `b` as `predicate` says, elsewhere `no`, which alone may be `d`.
  void choose(const Xmm &d, const Xmm &a, const Xmm &b, uint8_t predicate, const Xmm &yes, const Xmm &no) {
    if (isWide) {
      vcmpps(k2, a, b, predicate);
      vblendmps(d | k2, no, yes);
    } else {
      vcmpps(vector(spare), a, b, predicate);
      vblendvps(d, no, yes, vector(spare));
    }
  }

  /// `d` is none of the operands, so that it may be written before they have been read for the last time.
  void compute(int32_t opcode, const Xmm &d, const Xmm *x) {
    switch ((enum gan_opcode)opcode) {
      case GAN_NEGATE: vxorps(d, x[0], number(SIGN_BIT)); break;
      case GAN_ABSOLUTE: vandps(d, x[0], number(OTHER_BITS)); break;
      case GAN_SIGN:
        choose(d, x[0], number(ZERO), greater, number(ONE), x[0]);
        choose(d, x[0], number(ZERO), less, number(MINUS_ONE), d);
        break;
      case GAN_FLOOR:
        if (isWide) vrndscaleps(d, x[0], 9);
        else vroundps(d, x[0], 9);
        break;
      case GAN_SQUARE_ROOT: vsqrtps(d, x[0]); break;
      case GAN_RECIPROCAL_SQUARE_ROOT:
        vsqrtps(d, x[0]);
        vdivps(d, number(ONE), d);
        break;
      case GAN_RECIPROCAL: vdivps(d, number(ONE), x[0]); break;
      case GAN_ADD: vaddps(d, x[0], x[1]); break;
      case GAN_SUBTRACT: vsubps(d, x[0], x[1]); break;
      case GAN_MULTIPLY: vmulps(d, x[0], x[1]); break;
      case GAN_DIVIDE: vdivps(d, x[0], x[1]); break;
      // The processor's own give the second of two of which one is no number, or of two zeros.
      case GAN_MAXIMUM:
        vmaxps(d, x[0], x[1]);
        choose(d, x[0], x[0], noNumber, x[0], d);
        break;
      case GAN_MINIMUM:
        vminps(d, x[0], x[1]);
        choose(d, x[0], x[0], noNumber, x[0], d);
        break;
      case GAN_LESS: compare(d, x, less); break;
      case GAN_LESS_OR_EQUAL: compare(d, x, lessOrEqual); break;
      case GAN_GREATER: compare(d, x, greater); break;
      case GAN_GREATER_OR_EQUAL: compare(d, x, greaterOrEqual); break;
      case GAN_EQUAL: compare(d, x, equal); break;
      case GAN_NOT_EQUAL: compare(d, x, notEqual); break;
      case GAN_SELECT: choose(d, x[0], number(ZERO), notEqual, x[1], x[2]); break;
      case GAN_COPY: vmovaps(d, x[0]); break;
      case GAN_EXPONENTIAL: case GAN_EXPONENTIAL_MINUS_ONE: case GAN_LOGARITHM: case GAN_LOGARITHM_ONE_PLUS:
      case GAN_TANH: case GAN_SIGMOID: case GAN_SOFTPLUS: case GAN_EXPONENTIAL_LINEAR: case GAN_POWER:
      case GAN_OPCODES: break;  // In no run.
    }
  }
};

}  // namespace

gan_group_code *gan_make_group_code(const gan_group *group) {
  const int set = gan_instruction_set();
  if (!wanted || set == 0) return nullptr;
  // Where the system gives no memory for code, there is the interpreter.
  try {
    auto generator = std::make_unique<Generator>(*group, set == 2);
    std::vector<gan_group_part> parts;
    std::vector<size_t> places;
    bool hasCode = false;
    for (int32_t k = 0; k < group->instructionCount;) {
      int32_t end = k;
      while (end < group->instructionCount && isArithmetic(group->instructions[end].opcode)) end++;
      // One instruction alone is no faster than the interpreter's.
      const bool isRun = end - k >= 2;
      if (end == k) end++;
      places.push_back(generator->getSize());
      if (isRun) generator->append(k, end), hasCode = true;
      parts.push_back({nullptr, k, end});
      if (!isRun) places.back() = SIZE_MAX;
      k = end;
    }
    if (!hasCode) return nullptr;
    generator->ready(Xbyak::CodeArray::PROTECT_RE);
    for (size_t k = 0; k < parts.size(); k++) {
      if (places[k] == SIZE_MAX) continue;
      parts[k].code = reinterpret_cast<void (*)(float *const *, int64_t)>(
          const_cast<uint8_t *>(generator->getCode()) + places[k]);
    }
    auto all = std::make_unique<gan_group_part[]>(parts.size());
    std::copy(parts.begin(), parts.end(), all.get());
    return new gan_group_code{all.release(), (int32_t)parts.size(), generator.release()};
  } catch (const std::bad_alloc &) {
    return nullptr;
  } catch (const Xbyak::Error &error) {
    // Any other is a mistake of this file, which is not to look like a slow machine.
    if (int(error) != Xbyak::ERR_CANT_ALLOC && int(error) != Xbyak::ERR_CANT_PROTECT) throw;
    return nullptr;
  }
}

void gan_free_group_code(gan_group_code *code) {
  if (!code) return;
  delete static_cast<Generator *>(code->owner);
  delete[] code->parts;
  delete code;
}

#else

gan_group_code *gan_make_group_code(const gan_group *group) { return nullptr; }
void gan_free_group_code(gan_group_code *code) {}

#endif
