using System.Runtime.InteropServices;

namespace KubeWol.Agent.Tests;

/// <summary>What may be taken out of memory, and what is lost by it: nothing.</summary>
public sealed partial class ResidentPagesTests : IDisposable
{
    private const int Size = 64 << 10;
    private const int Readable = 1, Writable = 2, Private = 2; // PROT_READ, PROT_WRITE, MAP_PRIVATE

    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("r-xp", "/app/kubewol-agent", 0, true)]
    [InlineData("r--p", "/usr/lib/libssl.so.3", 0, true)]
    [InlineData("r--p", "/usr/lib/libssl.so.3", 4, false)]
    [InlineData("rw-p", "/app/kubewol-agent", 0, false)]
    [InlineData("r--s", "/app/kubewol-agent", 0, false)]
    [InlineData("r-xp", "[vdso]", 0, false)]
    [InlineData("r--p", "", 0, false)]
    public void Only_what_is_as_in_its_file_may_go(string rights, string file, int own, bool mayGo)
    {
        string[] smaps = [$"5588910e7000-5588917d3000 {rights} 0001b000 fe:00 11657244   {file}".TrimEnd(), "Size:               7088 kB", "Rss:                6844 kB", $"Anonymous:             {own} kB", "VmFlags: rd ex mr mw me"];
        var mapping = Assert.Single(ResidentPages.Mappings(smaps));
        Assert.Equal((0x5588910e7000u, 0x6ec000u, 6844, own), ((ulong)mapping.Start, (ulong)mapping.Length, mapping.ResidentKibibytes, mapping.OwnKibibytes));
        Assert.Equal(mayGo, mapping.IsAsInFile);
    }

    [Fact]
    public unsafe void What_was_read_goes_and_comes_again_and_what_was_changed_stays()
    {
        File.WriteAllBytes(_file, [.. Enumerable.Range(0, Size).Select(i => (byte)i)]);
        using var file = File.OpenHandle(_file);
        var read = (byte*)Map(0, Size, Readable, Private, (int)file.DangerousGetHandle(), 0);
        var changed = (byte*)Map(0, Size, Readable | Writable, Private, (int)file.DangerousGetHandle(), 0);
        changed[1] = 77;
        Assert.Equal(0, Protect((nint)changed, Size, Readable)); // as a linker does with what it has filled in
        Assert.Equal(1, read[1]);
        Assert.NotEqual(0, Resident((nint)read));

        Assert.InRange(ResidentPages.Release(), 1, long.MaxValue);
        Assert.Equal(0, Resident((nint)read));
        Assert.Equal((1, 77), (read[1], changed[1]));
        Assert.Equal(0, Unmap((nint)read, Size) + Unmap((nint)changed, Size));
    }

    public void Dispose() => File.Delete(_file);

    private static long Resident(nint address) => ResidentPages.Mappings(File.ReadLines("/proc/self/smaps")).Single(m => m.Start <= (nuint)address && (nuint)address < m.Start + m.Length).ResidentKibibytes;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nint length, int rights, int kind, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nint length);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nint length, int rights);
}
