/* A handler that cannot start without refusing_dll.dll, and not with it either. */
__declspec(dllimport) int refusing_dll(void);

int main(void)
{
    return refusing_dll();
}
