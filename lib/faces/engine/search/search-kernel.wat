;; The first look of the search, which rules out most rows of a gallery; and what it wants to know of each row.
;; Built into search-kernel.wasm by `node local/commands/build-kernel.ts`; a test holds the two together.
;;
;; gallery-memory.ts describes a row, search-kernel.ts a probe, search.ts the bound.
(module
  (import "search" "gallery" (memory $gallery 1 65536 shared))
  (memory $own (export "memory") 1)

  ;; Writes a word `row << 16 | probe` at $out for each row (counted from $row) and probe that may match; returns how many.
  ;; $rows and $probes are at least 1 and at most 65535; $codes, the codes of a row, is a multiple of 32.
  (func (export "scan")
    (param $row i32) (param $rows i32) (param $codes i32)
    (param $probe0 i32) (param $probes i32) (param $out i32)
    (result i32)
    (local $start i32) (local $n i32) (local $m i32)
    (local $probe i32) (local $p i32) (local $c i32) (local $end i32)
    (local $a v128) (local $b v128)
    (local $length f64)
    (local.set $start (local.get $out))
    (loop $nextRow
      (if (i32.load $gallery (local.get $row)) ;; a free row has the id 0
        (then
          (local.set $end (i32.add (i32.add (local.get $row) (i32.const 16)) (local.get $codes)))
          (local.set $length (f64.promote_f32 (f32.load $gallery offset=12 (local.get $row))))
          (local.set $probe (local.get $probe0))
          (local.set $m (i32.const 0))
          (loop $nextProbe
            ;; The dot product of the codes, in eight sums of 32 bits.
            (local.set $a (v128.const i32x4 0 0 0 0))
            (local.set $b (v128.const i32x4 0 0 0 0))
            (local.set $p (i32.add (local.get $probe) (i32.const 64)))
            (local.set $c (i32.add (local.get $row) (i32.const 16)))
            (loop $nextCodes
              (local.set $a (i32x4.add (local.get $a) (i32x4.dot_i16x8_s
                (v128.load8x8_s $gallery (local.get $c)) (v128.load $own (local.get $p)))))
              (local.set $b (i32x4.add (local.get $b) (i32x4.dot_i16x8_s
                (v128.load8x8_s $gallery offset=8 (local.get $c)) (v128.load $own offset=16 (local.get $p)))))
              (local.set $a (i32x4.add (local.get $a) (i32x4.dot_i16x8_s
                (v128.load8x8_s $gallery offset=16 (local.get $c)) (v128.load $own offset=32 (local.get $p)))))
              (local.set $b (i32x4.add (local.get $b) (i32x4.dot_i16x8_s
                (v128.load8x8_s $gallery offset=24 (local.get $c)) (v128.load $own offset=48 (local.get $p)))))
              (local.set $p (i32.add (local.get $p) (i32.const 64)))
              (local.set $c (i32.add (local.get $c) (i32.const 32)))
              (br_if $nextCodes (i32.lt_u (local.get $c) (local.get $end))))
            (local.set $a (i32x4.add (local.get $a) (local.get $b)))
            (local.set $a (i32x4.add (local.get $a)
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $a) (local.get $a))))
            ;; The most that the cosine can be, as a score of the metric.
            (if
              (f64.ge
                (f64.sub
                  (f64.mul
                    (f64.add
                      (f64.mul
                        (f64.mul
                          (f64.promote_f32 (f32.load $gallery offset=4 (local.get $row)))
                          (f64.load $own offset=8 (local.get $probe)))
                        (f64.convert_i32_s
                          (i32.add (i32x4.extract_lane 0 (local.get $a)) (i32x4.extract_lane 1 (local.get $a)))))
                      (f64.add
                        (f64.mul
                          (f64.promote_f32 (f32.load $gallery offset=8 (local.get $row)))
                          (f64.load $own offset=16 (local.get $probe)))
                        (f64.load $own offset=24 (local.get $probe))))
                    (f64.add
                      (f64.load $own offset=32 (local.get $probe))
                      (f64.mul (f64.load $own offset=40 (local.get $probe)) (local.get $length))))
                  (f64.mul
                    (f64.load $own offset=48 (local.get $probe))
                    (f64.mul (local.get $length) (local.get $length))))
                (f64.load $own (local.get $probe)))
              (then
                (i32.store $own (local.get $out)
                  (i32.or (i32.shl (local.get $n) (i32.const 16)) (local.get $m)))
                (local.set $out (i32.add (local.get $out) (i32.const 4)))))
            (local.set $probe (i32.add (i32.add (local.get $probe) (i32.const 64))
              (i32.shl (local.get $codes) (i32.const 1))))
            (local.set $m (i32.add (local.get $m) (i32.const 1)))
            (br_if $nextProbe (i32.lt_u (local.get $m) (local.get $probes))))))
      (local.set $row (i32.add (i32.add (local.get $row) (i32.const 16)) (local.get $codes)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $nextRow (i32.lt_u (local.get $n) (local.get $rows))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $start)) (i32.const 2)))

  ;; Writes step, error, length and codes of the embedding at $source (float32, filled up with zeros to $codes numbers) into a row; all
  ;; but its id. An embedding without a direction, or of a length beyond 1e-35 to 1e35, gets an error of NaN: no probe ever meets it.
  (func (export "encode") (param $row i32) (param $codes i32) (param $source i32)
    (local $p i32) (local $c i32) (local $end i32)
    (local $four v128) (local $largest v128) (local $squares v128)
    (local $u v128) (local $v v128)
    (local $length f64) (local $step f32)
    (local $toUnit v128) (local $toCode v128) (local $steps v128)
    (local.set $p (local.get $source))
    (local.set $end (i32.add (local.get $source) (i32.shl (local.get $codes) (i32.const 2))))
    (loop $nextFour
      (local.set $four (v128.load $own (local.get $p)))
      (local.set $largest (f32x4.max (local.get $largest) (f32x4.abs (local.get $four))))
      (local.set $u (f64x2.promote_low_f32x4 (local.get $four)))
      (local.set $v (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $four) (local.get $four))))
      (local.set $squares (f64x2.add (local.get $squares) (f64x2.add
        (f64x2.mul (local.get $u) (local.get $u)) (f64x2.mul (local.get $v) (local.get $v)))))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br_if $nextFour (i32.lt_u (local.get $p) (local.get $end))))
    (local.set $length (f64.sqrt (f64.add
      (f64x2.extract_lane 0 (local.get $squares)) (f64x2.extract_lane 1 (local.get $squares)))))
    (f32.store $gallery offset=12 (local.get $row) (f32.demote_f64 (local.get $length)))
    (if (i32.eqz (i32.and
          (f64.ge (local.get $length) (f64.const 1e-35)) (f64.le (local.get $length) (f64.const 1e35))))
      (then
        (f32.store $gallery offset=8 (local.get $row) (f32.const nan))
        (return)))
    ;; The largest number becomes 127. The step is rounded before it is used, so that the error is that of the step that is kept.
    (local.set $largest (f32x4.max (local.get $largest)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $largest) (local.get $largest))))
    (local.set $step (f32.demote_f64 (f64.div
      (f64.promote_f32 (f32.max (f32x4.extract_lane 0 (local.get $largest)) (f32x4.extract_lane 1 (local.get $largest))))
      (f64.mul (local.get $length) (f64.const 127)))))
    (f32.store $gallery offset=4 (local.get $row) (local.get $step))
    (local.set $steps (f32x4.splat (local.get $step)))
    (local.set $toUnit (f32x4.splat (f32.demote_f64 (f64.div (f64.const 1) (local.get $length)))))
    (local.set $toCode (f32x4.div (local.get $toUnit) (local.get $steps)))
    (local.set $squares (v128.const f64x2 0 0))
    (local.set $p (local.get $source))
    (local.set $c (i32.add (local.get $row) (i32.const 16)))
    (loop $nextEight
      (local.set $four (v128.load $own (local.get $p)))
      (local.set $u (f32x4.nearest (f32x4.mul (local.get $four) (local.get $toCode))))
      (local.set $four (f32x4.sub (f32x4.mul (local.get $four) (local.get $toUnit)) (f32x4.mul (local.get $u) (local.get $steps))))
      (local.set $squares (f32x4.add (local.get $squares) (f32x4.mul (local.get $four) (local.get $four))))
      (local.set $four (v128.load $own offset=16 (local.get $p)))
      (local.set $v (f32x4.nearest (f32x4.mul (local.get $four) (local.get $toCode))))
      (local.set $four (f32x4.sub (f32x4.mul (local.get $four) (local.get $toUnit)) (f32x4.mul (local.get $v) (local.get $steps))))
      (local.set $squares (f32x4.add (local.get $squares) (f32x4.mul (local.get $four) (local.get $four))))
      (local.set $u (i16x8.narrow_i32x4_s
        (i32x4.trunc_sat_f32x4_s (local.get $u)) (i32x4.trunc_sat_f32x4_s (local.get $v))))
      (v128.store64_lane $gallery 0 (local.get $c) (i8x16.narrow_i16x8_s (local.get $u) (local.get $u)))
      (local.set $c (i32.add (local.get $c) (i32.const 8)))
      (local.set $p (i32.add (local.get $p) (i32.const 32)))
      (br_if $nextEight (i32.lt_u (local.get $p) (local.get $end))))
    ;; More than what was computed, for the rounding of single precision: of each rest at most 3 * 2^-24 of its number and 2^-23 of
    ;; itself, so of their length at most 2e-7 and 2^-23 of it; of the sum of up to 512 squares in each lane 2^-15.
    (local.set $squares (f32x4.add (local.get $squares)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $squares) (local.get $squares))))
    (f32.store $gallery offset=8 (local.get $row) (f32.demote_f64 (f64.add (f64.const 1e-6) (f64.mul (f64.const 1.0001)
      (f64.sqrt (f64.promote_f32 (f32.add
        (f32x4.extract_lane 0 (local.get $squares)) (f32x4.extract_lane 1 (local.get $squares)))))))))
  )
)
