using System.Globalization;
using System.Runtime.InteropServices;

namespace KubeWol.Agent;

/// <summary>
/// The pages of programs and libraries that are mapped into this process. The kernel maps them in blocks around each page that is touched, and counts what only the start
/// needed as resident for ever.
/// </summary>
internal static partial class ResidentPages
{
    private const int DontNeed = 4; // MADV_DONTNEED, asm-generic/mman-common.h

    /// <summary>
    /// Takes all of them out of the process that are as they are in their files: they stay in the kernel's cache as long as it has room, and what is needed again is mapped
    /// again, in a microsecond and without a read (madvise(2), MADV_DONTNEED). Returns how many KiB were resident.
    /// </summary>
    public static long Release()
    {
        var released = 0L;
        foreach (var mapping in Mappings(File.ReadLines("/proc/self/smaps")).Where(m => m.IsAsInFile))
        {
            if (Advise(mapping.Start, mapping.Length, DontNeed) == 0) released += mapping.ResidentKibibytes;
        }

        return released;
    }

    /// <summary>proc_pid_smaps(5): a line with addresses, rights and file, then lines of a word and a value.</summary>
    internal static IEnumerable<Mapping> Mappings(IEnumerable<string> lines)
    {
        var mapping = default(Mapping);
        foreach (var line in lines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["Rss:", var resident, ..]:
                    mapping = mapping with { ResidentKibibytes = long.Parse(resident, CultureInfo.InvariantCulture) };
                    break;
                case ["Anonymous:", var own, ..]:
                    mapping = mapping with { OwnKibibytes = long.Parse(own, CultureInfo.InvariantCulture) };
                    break;
                case ["VmFlags:", ..]:
                    yield return mapping;
                    break;
                case [var range, [_, _, _, _] rights, _, _, _, ..] when range.Split('-') is [var start, var end]:
                    var from = nuint.Parse(start, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    mapping = new(from, nuint.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture) - from, rights, words.Length > 5 ? words[5] : "", 0, 0);
                    break;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);

    /// <param name="Start">Its first address.</param>
    /// <param name="Length">In octets.</param>
    /// <param name="Rights">Such as r-xp: to read, to write, to execute, and private or shared.</param>
    /// <param name="File">The file that is mapped; empty for none.</param>
    /// <param name="ResidentKibibytes">How much of it is in memory.</param>
    /// <param name="OwnKibibytes">How much of that is no longer what the file has.</param>
    internal readonly record struct Mapping(nuint Start, nuint Length, string Rights, string File, long ResidentKibibytes, long OwnKibibytes)
    {
        /// <summary>Whether dropping its pages loses nothing: nobody may write, and nobody did (a linker does, before it takes the right away).</summary>
        public bool IsAsInFile => Rights is ['r', '-', _, 'p'] && File.StartsWith('/') && OwnKibibytes == 0;
    }
}
