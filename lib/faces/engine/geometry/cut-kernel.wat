;; The engine's innermost loops: cuts a row of pixels out of a picture, with bilinear interpolation, and halves two rows.
;; Built into cut-kernel.wasm by `node local/commands/build-kernel.ts`; a test holds the two together.
;;
;; cut-square.ts writes the memory's first bytes: the means of the channels (16 bytes, three 32-bit floats), their
;; scales (16), and up to four samples (16 each): the place of each in a pixel, as two 64-bit floats.
(module
  (memory (export "memory") 1)

  ;; Writes (value - mean) / scale of each channel, each to its own plane, from $out up to $end.
  ;; The first pixel's middle is at ($x, $y) of the picture at $pixels, the next ones lie ($stepX, $stepY) further.
  ;; All samples lie between four of the picture's pixels. $samples is in bytes; $plane and $row are a plane's and a row's bytes.
  (func (export "cutRow")
    (param $pixels i32) (param $row i32)
    (param $x f64) (param $y f64) (param $stepX f64) (param $stepY f64)
    (param $samples i32) (param $share f32)
    (param $out i32) (param $end i32) (param $plane i32)
    (local $column f64) (local $cx f64) (local $cy f64)
    (local $sample i32) (local $left i32) (local $top i32) (local $at i32)
    (local $right v128) (local $low v128) (local $sum v128) (local $upper v128) (local $under v128)
    (local $a v128) (local $b v128)
    (loop $nextColumn
      (local.set $cx (f64.add (local.get $x) (f64.mul (local.get $column) (local.get $stepX))))
      (local.set $cy (f64.add (local.get $y) (f64.mul (local.get $column) (local.get $stepY))))
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (local.set $sample (i32.const 0))
      (loop $nextSample
        (local.set $left (i32.trunc_f64_s (f64.add (local.get $cx) (f64.load offset=32 (local.get $sample)))))
        (local.set $top (i32.trunc_f64_s (f64.add (local.get $cy) (f64.load offset=40 (local.get $sample)))))
        (local.set $right (f32x4.splat (f32.demote_f64 (f64.sub
          (f64.add (local.get $cx) (f64.load offset=32 (local.get $sample)))
          (f64.convert_i32_s (local.get $left))))))
        (local.set $low (f32x4.splat (f32.demote_f64 (f64.sub
          (f64.add (local.get $cy) (f64.load offset=40 (local.get $sample)))
          (f64.convert_i32_s (local.get $top))))))
        (local.set $at (i32.add (local.get $pixels) (i32.add
          (i32.mul (local.get $top) (local.get $row)) (i32.mul (local.get $left) (i32.const 3)))))
        ;; Two pixels of three bytes each, side by side; then the two below them.
        (local.set $a (v128.load8x8_u (local.get $at)))
        (local.set $b (v128.load8x8_u (i32.add (local.get $at) (local.get $row))))
        (local.set $upper (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (local.get $a))))
        (local.set $under (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (local.get $b))))
        (local.set $upper (f32x4.add (local.get $upper) (f32x4.mul (local.get $right) (f32x4.sub
          (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u
            (i8x16.shuffle 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 (local.get $a) (local.get $a))))
          (local.get $upper)))))
        (local.set $under (f32x4.add (local.get $under) (f32x4.mul (local.get $right) (f32x4.sub
          (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u
            (i8x16.shuffle 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 (local.get $b) (local.get $b))))
          (local.get $under)))))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.add (local.get $upper)
          (f32x4.mul (local.get $low) (f32x4.sub (local.get $under) (local.get $upper))))))
        (local.set $sample (i32.add (local.get $sample) (i32.const 16)))
        (br_if $nextSample (i32.lt_u (local.get $sample) (local.get $samples))))
      (local.set $sum (f32x4.div
        (f32x4.sub (f32x4.mul (local.get $sum) (f32x4.splat (local.get $share))) (v128.load (i32.const 0)))
        (v128.load (i32.const 16))))
      (v128.store32_lane 0 (local.get $out) (local.get $sum))
      (v128.store32_lane 1 (i32.add (local.get $out) (local.get $plane)) (local.get $sum))
      (v128.store32_lane 2
        (i32.add (local.get $out) (i32.shl (local.get $plane) (i32.const 1))) (local.get $sum))
      (local.set $column (f64.add (local.get $column) (f64.const 1)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (br_if $nextColumn (i32.lt_u (local.get $out) (local.get $end)))))

  ;; Writes a row of half as many pixels, from $out up to $end: each is the mean of four of two rows, at $upper and $lower.
  ;; It reads 2 bytes, and writes one, beyond the rows' ends.
  (func (export "halveRows") (param $upper i32) (param $lower i32) (param $out i32) (param $end i32)
    (local $sum v128)
    (loop $nextPixel
      (local.set $sum (i16x8.add (v128.load8x8_u (local.get $upper)) (v128.load8x8_u (local.get $lower))))
      ;; The sum with the pixel to the right, three values further.
      (local.set $sum (i16x8.shr_u
        (i16x8.add
          (i16x8.add (local.get $sum)
            (i8x16.shuffle 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 (local.get $sum) (local.get $sum)))
          (v128.const i16x8 2 2 2 2 2 2 2 2))
        (i32.const 2)))
      (v128.store32_lane 0 (local.get $out) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
      (local.set $upper (i32.add (local.get $upper) (i32.const 6)))
      (local.set $lower (i32.add (local.get $lower) (i32.const 6)))
      (local.set $out (i32.add (local.get $out) (i32.const 3)))
      (br_if $nextPixel (i32.lt_u (local.get $out) (local.get $end)))))
)
