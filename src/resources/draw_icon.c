/* Draws stdinetd.ico, which lies beside it: a socket with two contacts, and the prompt of a program
   in it. By hand, when the drawing changes: cc draw_icon.c -o draw_icon && ./draw_icon stdinetd.ico
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const unsigned sizes[] = {16, 32, 48};
enum { SIZES = 3, FINE = 4 };

static void put(FILE *file, uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        fputc((int)(value >> (8 * i) & 0xff), file);
}

static unsigned mask_bytes(unsigned size)
{
    return (size + 31) / 32 * 4 * size;
}

static unsigned image_bytes(unsigned size)
{
    return 40 + size * size * 4 + mask_bytes(size);
}

static double square(double value)
{
    return value * value;
}

/* The colour at a point of the unit square, y downwards: 0xAARRGGBB. */
static uint32_t colour(double x, double y)
{
    double from_middle = square(x - 0.5) + square(y - 0.5);

    if (from_middle > square(0.48))
        return 0;
    if (from_middle > square(0.41))
        return 0xff1b4f72; /* the rim */
    if (square(x - 0.3) + square(y - 0.36) < square(0.07) ||
        square(x - 0.7) + square(y - 0.36) < square(0.07))
        return 0xff1b2631; /* the contacts */
    if (y > 0.53 && y < 0.75) {
        double reach = y < 0.64 ? y - 0.53 : 0.75 - y;
        if (x > 0.3 + reach && x < 0.38 + reach)
            return 0xff1e8449; /* > */
    }
    if (y > 0.69 && y < 0.75 && x > 0.52 && x < 0.72)
        return 0xff1e8449; /* _ */
    return 0xfff4f6f7;
}

/* The mean of FINE x FINE points, each weighted by how opaque it is. */
static uint32_t pixel(unsigned size, unsigned column, unsigned row)
{
    unsigned sums[4] = {0, 0, 0, 0};

    for (unsigned i = 0; i < FINE * FINE; i++) {
        double x = (column + (i % FINE + 0.5) / FINE) / size;
        double y = (row + (i / FINE + 0.5) / FINE) / size;
        uint32_t point = colour(x, y);

        if (point != 0)
            for (unsigned k = 0; k < 4; k++)
                sums[k] += point >> (8 * k) & 0xff;
    }
    unsigned opaque = sums[3] / 0xff;
    uint32_t mean = (uint32_t)(sums[3] / (FINE * FINE)) << 24;
    for (unsigned k = 0; k < 3 && opaque > 0; k++)
        mean |= (uint32_t)(sums[k] / opaque) << (8 * k);
    return mean;
}

static void write_image(FILE *file, unsigned size)
{
    put(file, 40, 4);
    put(file, size, 4);
    put(file, 2 * size, 4); /* with the mask, which alpha makes needless */
    put(file, 1, 2);
    put(file, 32, 2);
    for (unsigned i = 0; i < 6; i++)
        put(file, 0, 4);
    for (unsigned row = size; row-- > 0;)
        for (unsigned column = 0; column < size; column++)
            put(file, pixel(size, column, row), 4);
    for (unsigned i = 0; i < mask_bytes(size); i++)
        put(file, 0, 1);
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "wb") : NULL;
    uint32_t offset = 6 + 16 * SIZES;

    if (file == NULL)
        return EXIT_FAILURE;
    put(file, 1 << 16, 4);
    put(file, SIZES, 2);
    for (unsigned i = 0; i < SIZES; i++) {
        put(file, sizes[i] | sizes[i] << 8, 4);
        put(file, 1 | 32 << 16, 4);
        put(file, image_bytes(sizes[i]), 4);
        put(file, offset, 4);
        offset += image_bytes(sizes[i]);
    }
    for (unsigned i = 0; i < SIZES; i++)
        write_image(file, sizes[i]);
    return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
