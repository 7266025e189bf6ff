/* Arithmetic: 32 bits, held at the ends. */
#include "arguments.h"

//: add_int: (+ <int a> <int b>) -> int
INT(add_int, STATIC) { return clamped((i64)int_of(c, ARG(add_int, a)) + int_of(c, ARG(add_int, b))); }
//: sub_int: (- [<int a>] <int b>) -> int
INT(sub_int, STATIC) { return clamped((i64)int_or(c, ARG(sub_int, a), 0) - int_of(c, ARG(sub_int, b))); }
//: mul_int: (* <int a> <int b>) -> int
INT(mul_int, STATIC) { return clamped((i64)int_of(c, ARG(mul_int, a)) * int_of(c, ARG(mul_int, b))); }
//: div_int: (/ <int a> <int b>) -> int
INT(div_int, STATIC) {
    i32 a = int_of(c, ARG(div_int, a)), b = int_of(c, ARG(div_int, b));
    return b ? clamped((i64)a / b) : 0;
}
//: mod_int: (% <int a> <int b>) -> int
INT(mod_int, STATIC) {
    i32 a = int_of(c, ARG(mod_int, a)), b = int_of(c, ARG(mod_int, b));
    return b ? (i32)((i64)a % b) : 0;
}
static i32 power(i64 base, i32 exponent) {
    i64 result = 1;
    if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1) result = clamped(result * base);
        if (exponent > 1) base = clamped(base * base);
    }
    return (i32)result;
}
//: pow_int: (^ <int a> <int b>) -> int
INT(pow_int, STATIC) {
    i32 a = int_of(c, ARG(pow_int, a));
    return power(a, int_of(c, ARG(pow_int, b)));
}
//: abs_int: (abs <int value>) -> int
INT(abs_int, STATIC) {
    i64 a = int_of(c, ARG(abs_int, value));
    return clamped(a < 0 ? -a : a);
}
//: max_int: (max <int a> <int b>) -> int
INT(max_int, STATIC) {
    i32 a = int_of(c, ARG(max_int, a));
    return larger(a, int_of(c, ARG(max_int, b)));
}
//: min_int: (min <int a> <int b>) -> int
INT(min_int, STATIC) {
    i32 a = int_of(c, ARG(min_int, a));
    return smaller(a, int_of(c, ARG(min_int, b)));
}

enum Fold { FOLD_SUM, FOLD_PRODUCT, FOLD_MAX, FOLD_MIN };
static i32 fold_array(Ctx *c, const Node *array, enum Fold how) { /* of nothing: -1 for max and min */
    i32 *v, n = array_of(c, array, &v);
    i64 r = how == FOLD_SUM ? 0 : how == FOLD_PRODUCT ? 1 : n ? v[0] : UNDEFINED;
    tick(c, n / 8);
    for (i32 i = 0; i < n; i++) {
        if (how == FOLD_SUM) r = clamped(r + v[i]);
        else if (how == FOLD_PRODUCT) r = clamped(r * v[i]);
        else r = how == FOLD_MAX ? larger((i32)r, v[i]) : smaller((i32)r, v[i]);
    }
    c->n_numbers -= n;
    return (i32)r;
}
//: add_ints: (+ {<int values>}) -> int
INT(add_ints, STATIC) { return fold_array(c, ARG(add_ints, values), FOLD_SUM); }
//: mul_ints: (* {<int values>}) -> int
INT(mul_ints, STATIC) { return fold_array(c, ARG(mul_ints, values), FOLD_PRODUCT); }
//: add_array: (+ <intArray>) -> int
INT(add_array) { return fold_array(c, ARG(add_array, intArray), FOLD_SUM); }
//: mul_array: (* <intArray>) -> int
INT(mul_array) { return fold_array(c, ARG(mul_array, intArray), FOLD_PRODUCT); }
//: max_array: (max <intArray>) -> int
INT(max_array) { return fold_array(c, ARG(max_array, intArray), FOLD_MAX); }
//: min_array: (min <intArray>) -> int
INT(min_array) { return fold_array(c, ARG(min_array, intArray), FOLD_MIN); }
//: size_array: (size Array <intArray>) -> int
INT(size_array) {
    i32 *v, size = array_of(c, ARG(size_array, intArray), &v);
    c->n_numbers -= size;
    return size;
}
//: count_value: (count Value <int value> in:<intArray>) -> int
INT(count_value) {
    i32 value = int_of(c, ARG(count_value, value)), *v, size = array_of(c, ARG(count_value, in), &v), found = 0;
    tick(c, size / 8);
    for (i32 i = 0; i < size; i++) found += v[i] == value;
    c->n_numbers -= size;
    return found;
}
