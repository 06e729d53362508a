;; Products of a query with the rows of a packed room: whole numbers, so every engine gives the same.
;; The query's 16-bit numbers lie at 0, the products (32 bits) go to 8192, the rows' codes lie at 24576.
(module
  (memory (export "memory") 2 2)

  (func $sum (param $lanes v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $lanes)) (i32x4.extract_lane 1 (local.get $lanes)))
      (i32.add (i32x4.extract_lane 2 (local.get $lanes)) (i32x4.extract_lane 3 (local.get $lanes)))))

  ;; Sixteen bytes are eight lanes of four codes each: shifted to the top of its lane, then down, a code keeps its sign.
  (func (export "scan4") (param $rows i32) (param $rowBytes i32)
    (local $code i32) (local $rowEnd i32) (local $query i32) (local $out i32) (local $x v128) (local $sums v128)
    (local.set $code (i32.const 24576))
    (local.set $out (i32.const 8192))
    (loop $row
      (local.set $rowEnd (i32.add (local.get $code) (local.get $rowBytes)))
      (local.set $query (i32.const 0))
      (local.set $sums (v128.const i32x4 0 0 0 0))
      (loop $block
        (local.set $x (v128.load (local.get $code)))
        (local.set $sums
          (i32x4.add
            (i32x4.add
              (i32x4.add (local.get $sums)
                (i32x4.dot_i16x8_s (v128.load (local.get $query))
                  (i16x8.shr_s (i16x8.shl (local.get $x) (i32.const 12)) (i32.const 12))))
              (i32x4.dot_i16x8_s (v128.load offset=16 (local.get $query))
                (i16x8.shr_s (i16x8.shl (local.get $x) (i32.const 8)) (i32.const 12))))
            (i32x4.add
              (i32x4.dot_i16x8_s (v128.load offset=32 (local.get $query))
                (i16x8.shr_s (i16x8.shl (local.get $x) (i32.const 4)) (i32.const 12)))
              (i32x4.dot_i16x8_s (v128.load offset=48 (local.get $query))
                (i16x8.shr_s (local.get $x) (i32.const 12))))))
        (local.set $query (i32.add (local.get $query) (i32.const 64)))
        (local.set $code (i32.add (local.get $code) (i32.const 16)))
        (br_if $block (i32.lt_u (local.get $code) (local.get $rowEnd))))
      (i32.store (local.get $out) (call $sum (local.get $sums)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br_if $row (local.get $rows))))

  (func (export "scan8") (param $rows i32) (param $rowBytes i32)
    (local $code i32) (local $rowEnd i32) (local $query i32) (local $out i32) (local $x v128) (local $sums v128)
    (local.set $code (i32.const 24576))
    (local.set $out (i32.const 8192))
    (loop $row
      (local.set $rowEnd (i32.add (local.get $code) (local.get $rowBytes)))
      (local.set $query (i32.const 0))
      (local.set $sums (v128.const i32x4 0 0 0 0))
      (loop $block
        (local.set $x (v128.load (local.get $code)))
        (local.set $sums
          (i32x4.add (local.get $sums)
            (i32x4.add
              (i32x4.dot_i16x8_s (v128.load (local.get $query)) (i16x8.extend_low_i8x16_s (local.get $x)))
              (i32x4.dot_i16x8_s (v128.load offset=16 (local.get $query)) (i16x8.extend_high_i8x16_s (local.get $x))))))
        (local.set $query (i32.add (local.get $query) (i32.const 32)))
        (local.set $code (i32.add (local.get $code) (i32.const 16)))
        (br_if $block (i32.lt_u (local.get $code) (local.get $rowEnd))))
      (i32.store (local.get $out) (call $sum (local.get $sums)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br_if $row (local.get $rows)))))
