/* SPDX-License-Identifier: Apache-2.0 */
/* The two inner loops of film_resample.c for processors with AVX2, chosen at run time. */
#include "media/film_resample.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

bool vt_film_has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

/* Sixteen pixels at a time, then the rest one by one: what lies behind a row is not ours to write. */
AVX2 void vt_film_blend_avx2(const uint8_t *a, const uint8_t *b, unsigned weight, uint32_t n, uint16_t *ret)
{
    const __m256i near = _mm256_set1_epi16((short)(128 - weight)), far = _mm256_set1_epi16((short)weight);
    uint32_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m256i x = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(a + i)));
        const __m256i y = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(b + i)));
        const __m256i sum = _mm256_add_epi16(_mm256_mullo_epi16(x, near), _mm256_mullo_epi16(y, far));
        _mm256_storeu_si256((__m256i *)(void *)(ret + i), sum);
    }
    for (; i < n; i++)
        ret[i] = (uint16_t)(a[i] * (128 - weight) + b[i] * weight);
}

/* Two neighbours of 16 bits are one gathered word; their weighted sum is one multiply-add. */
AVX2 void vt_film_pick_avx2(const uint16_t *row, const uint32_t *at, const uint32_t *weight, uint32_t n,
                            uint8_t *ret)
{
    const __m256i half = _mm256_set1_epi32(8192);
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i index = _mm256_loadu_si256((const __m256i *)(const void *)(at + i));
        const __m256i pairs = _mm256_i32gather_epi32((const int *)(const void *)row, index, 2);
        const __m256i weights = _mm256_loadu_si256((const __m256i *)(const void *)(weight + i));
        const __m256i sum = _mm256_srli_epi32(_mm256_add_epi32(_mm256_madd_epi16(pairs, weights), half), 14);
        const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        _mm_storel_epi64((__m128i *)(void *)(ret + i), _mm_packus_epi16(words, words));
    }
    for (; i < n; i++)
        ret[i] = (uint8_t)((row[at[i]] * (weight[i] & 0xffff) + row[at[i] + 1] * (weight[i] >> 16) + 8192) >>
                           14);
}

#else

bool vt_film_has_avx2(void)
{
    return false;
}

void vt_film_blend_avx2(const uint8_t *a, const uint8_t *b, unsigned weight, uint32_t n, uint16_t *ret)
{
    (void)a, (void)b, (void)weight, (void)n, (void)ret;
}

void vt_film_pick_avx2(const uint16_t *row, const uint32_t *at, const uint32_t *weight, uint32_t n,
                       uint8_t *ret)
{
    (void)row, (void)at, (void)weight, (void)n, (void)ret;
}

#endif
